import { rangedListing } from '#src/ranges/ranged-listing.js';
import { createHash } from 'node:crypto';
const cmp=(a,b)=>Buffer.compare(Buffer.from(a),Buffer.from(b));
const N=Number(process.argv[2]??200000), C=Number(process.argv[3]??32), MS=Number(process.argv[4]??10);
const pad=(i,n=8)=>String(i).padStart(n,'0');
const md5=(i)=>createHash('md5').update(String(i)).digest('hex');
const shapes={
 sequential:()=>Array.from({length:N},(_,i)=>`p/object-${pad(i)}`),
 hashed:()=>Array.from({length:N},(_,i)=>`p/${md5(i)}`),
 base64:()=>Array.from({length:N},(_,i)=>`p/${createHash('md5').update(String(i)).digest('base64')}`),
 dated:()=>Array.from({length:N},(_,i)=>{const d=new Date(Date.UTC(2020,0,1)+Math.floor(i/N*1500)*864e5);return `p/${d.toISOString().slice(0,10).replaceAll('-','/')}/event-${pad(i)}.json`}),
 deep:()=>Array.from({length:N},(_,i)=>`p/${md5(i%7).slice(0,3)}/${md5(i%31).slice(0,4)}/${md5(i%113).slice(0,2)}/src/main/java/com/x/${pad(i)}.txt`),
 giantdir:()=>Array.from({length:N},(_,i)=>`p/the-only-directory/inside/${pad(i)}`),
 giantamong:()=>[...Array.from({length:3000},(_,i)=>`p/customer-${pad(i,5)}/a`),...Array.from({length:N-3000},(_,i)=>`p/customer-01234/log/${pad(i)}`)],
 uneven:()=>Array.from({length:N},(_,i)=>i%10?`p/a${pad(i)}`:`p/${'~zQ_-'[i%50/10|0]}${md5(i).slice(0,10)}`),
 unicode:()=>Array.from({length:N},(_,i)=>`p/${'文件夾目錄照片王小明李四'[i%11]}${String.fromCodePoint(0x4e00+(i*7919)%20000)}${i}`),
 byte900:()=>Array.from({length:N},(_,i)=>`p/${'x'.repeat(890)}${pad(i)}`),
 emoji:()=>Array.from({length:N},(_,i)=>`p/${String.fromCodePoint(0x1f300+i%700)}${i}`),
 uuid:()=>Array.from({length:N},(_,i)=>`p/${md5(i).replace(/^(.{8})(.{4})(.{4})/,'$1-$2-$3-')}`),
};
let vt=0; const sleeping=[]; let running=false;
async function sleep(ms){ const p=new Promise(r=>sleeping.push({at:vt+ms,r})); if(!running){running=true; (async()=>{ while(sleeping.length){ await new Promise(setImmediate); sleeping.sort((a,b)=>a.at-b.at); const s=sleeping.shift(); if(!s)break; vt=Math.max(vt,s.at); s.r(); } running=false; })(); } return p; }
for(const [name,make] of Object.entries(shapes)){ if(process.env.S&&process.env.S!==name) continue;
  const keys=make().sort((a,b)=>a<b?-1:1); if(name==='emoji'||name==='unicode') keys.sort(cmp);
  let requests=0, inflight=0;
  const lower=(k)=>{let lo=0,hi=keys.length;while(lo<hi){const m=(lo+hi)>>1;if(cmp(keys[m],k)>0)hi=m;else lo=m+1}return lo};
  const empty=[];
  async function* pages(after){ let i=after===undefined?0:lower(after);
    for(;;){requests++;inflight++; await sleep(MS*(0.8+0.4*Math.random())); inflight--; const part=keys.slice(i,i+1000); if(part.length===0) empty.push(after); i+=1000; const truncated=i<keys.length; yield {entries:part,truncated}; if(!truncated)return;} }
  let probes=0; async function groups(dir,after){ probes++; requests++; await sleep(MS); const out=[]; let i=lower(after); while(i<keys.length&&out.length<1000&&keys[i].startsWith(dir)){ const rest=keys[i].slice(dir.length); const j=rest.indexOf('/'); if(j<0){i++;continue} const g=dir+rest.slice(0,j+1); if(cmp(g,after)>0) out.push(g); let lo=i,hi=keys.length; while(lo<hi){const m=(lo+hi)>>1; if(keys[m].startsWith(g)) lo=m+1; else if(cmp(keys[m],g)<0) lo=m+1; else hi=m} i=lo; } return out; }
  const t=vt; let n=0; const ranges=new Set(); let wasted=0; const seen=new Uint8Array(0);
  for await (const {range,page} of rangedListing({prefix:'p/',pages,directories: process.env.NOG?undefined:groups,size:p=>p.entries.length,keyAt:(p,i)=>p.entries[i],part:(p,a,b)=>({...p,entries:p.entries.slice(a,b)})},{concurrency:C,onWasted:()=>wasted++})){ n+=page.entries.length; ranges.add(range); }
  const ms=vt-t; const serial=Math.ceil(keys.length/1000)*MS;
  console.log(name.padEnd(11), n===keys.length?'ok':'WRONG '+n, 'ranges',ranges.size,'requests',requests,'over',((requests/Math.ceil(keys.length/1000)-1)*100).toFixed(0)+'%','probes',probes,'empty',empty.length,'wasted',wasted,'speed',(serial/ms).toFixed(1)+'x', ms.toFixed(0)+'ms');
  if(process.env.V) console.log(empty);
}
